"""The public calculator (水费计算器): what a volume would cost at the prices in force, with the bill's own explanation."""
