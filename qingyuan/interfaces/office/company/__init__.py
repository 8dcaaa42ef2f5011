"""The company profile (公司资料): what a water company prints, its bank accounts, its logo."""
