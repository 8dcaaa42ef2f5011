"""Price plans (价格方案): what they say in words, what a volume costs by them, importing and publishing."""
