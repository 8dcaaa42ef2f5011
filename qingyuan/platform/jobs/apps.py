from qingyuan.platform.declared_app import DeclaredApp


class JobsConfig(DeclaredApp):
    name = "qingyuan.platform.jobs"
    label = "jobs"
