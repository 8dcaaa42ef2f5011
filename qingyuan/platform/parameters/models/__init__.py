from qingyuan.platform.parameters.models.parameter_value import ParameterValue

__all__ = ["ParameterValue"]
