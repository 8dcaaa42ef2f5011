from qingyuan.platform.dictionary.models.dictionary_entry import DictionaryEntry

__all__ = ["DictionaryEntry"]
