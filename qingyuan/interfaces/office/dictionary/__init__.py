"""The dictionary (数据字典): sets of codes with their names, kept by the utility."""
