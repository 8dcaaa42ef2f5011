from qingyuan.platform.declared_app import DeclaredApp


class OrganisationConfig(DeclaredApp):
    name = "qingyuan.platform.organisation"
    label = "organisation"
