"""Price-reform simulations (调价测算): list, new, results as page, workbook and report."""
