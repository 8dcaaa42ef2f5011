from qingyuan.platform.numbering.models.number_series import NumberSeries

__all__ = ["NumberSeries"]
