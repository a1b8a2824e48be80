"""The workloads' client without HTTP: it sends a gateway the message that a REST request would become."""

from chaos.runtimes.asking import AskingClient
from chaos.runtimes.simulated.network import SimulatedNetwork
from chaos.workloads.client import ClientError
from services.errors import LabError
from services.messages import Message


class SimulatedClient(AskingClient):
    """See `chaos.workloads.client.Client`."""

    def __init__(self, network: SimulatedNetwork, timeout_s: float) -> None:
        super().__init__(OverWires(network, timeout_s))


class OverWires:
    """See `chaos.runtimes.asking.Way`."""

    def __init__(self, network: SimulatedNetwork, timeout_s: float) -> None:
        self._network = network
        self._timeout_s = timeout_s

    async def ask(self, gateway: str, message: Message) -> Message:
        """See `Way`."""
        try:
            return await self._network.call(gateway, message, self._timeout_s)
        except LabError as error:
            raise ClientError(error.definite, str(error)) from error

    async def close(self) -> None:
        """Nothing is held here."""
