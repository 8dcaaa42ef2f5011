from qingyuan.platform.declared_app import DeclaredApp


class FilesConfig(DeclaredApp):
    name = "qingyuan.platform.files"
    label = "files"
