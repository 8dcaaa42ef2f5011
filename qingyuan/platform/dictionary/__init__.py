"""Dictionary (数据字典): sets of codes that a utility may extend."""
