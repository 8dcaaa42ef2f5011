from qingyuan.domains.simulations.models.simulation import Simulation, SimulationAccount, SimulationChunk

__all__ = ["Simulation", "SimulationAccount", "SimulationChunk"]
