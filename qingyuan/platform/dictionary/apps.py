from qingyuan.platform.declared_app import DeclaredApp


class DictionaryConfig(DeclaredApp):
    name = "qingyuan.platform.dictionary"
    label = "dictionary"
