"""The virtual air between controllers: connection events, loss, range and supervision timeout.

Bumble's own `LocalLink` delivers every PDU in the next iteration of the loop, loses nothing and never times out. Here a
connection has an interval, PDUs wait for the next connection event, and a lost PDU is sent again at the following
event: the link layer of Bluetooth LE is reliable (Core 5.4, Vol 6, Part B, 4.5.9), so loss appears as delay and
eventually as a supervision timeout, never as missing data.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Callable

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

from drivers.virtual.connection import Conditions, SimConnection

Pair = frozenset[str]


class SimLink(LocalLink):
    """Virtual controllers within radio range of each other.

    conditions  default radio conditions, copied for each device on first use (`conditions_of`)
    seed        random seed of this link
    """

    def __init__(self, conditions: Conditions | None = None, seed: int = 1) -> None:
        self._default = conditions or Conditions()
        self._conditions: dict[str, Conditions] = {}
        self._by_address: dict[str, Controller] = {}
        self._members: dict[Controller, None] = {}  # a dict, as the order of a set would vary between runs
        self._connections: dict[Pair, SimConnection] = {}
        self._chance = random.Random(seed)
        super().__init__()  # type: ignore[no-untyped-call]  # bumble leaves it unannotated

    def conditions_of(self, address: hci.Address | str) -> Conditions:
        """Return the radio conditions of the device at `address`, whose fields may be changed at any time."""
        key = str(address).removesuffix("/P").upper()
        if key not in self._conditions:
            self._conditions[key] = dataclasses.replace(self._default)
        return self._conditions[key]

    def add_controller(self, controller: Controller) -> None:
        """Add a device."""
        self._members[controller] = None

    def remove_controller(self, controller: Controller) -> None:
        """Silence a device at once (power cut, killed): its peers notice by supervision timeout."""
        controller.le_legacy_advertiser.stop()
        self._members.pop(controller, None)
        for address in [address for address, owner in self._by_address.items() if owner is controller]:
            del self._by_address[address]

    def on_address_changed(self, controller: Controller) -> None:
        """Register the device's random address."""
        self._by_address[str(controller.random_address)] = controller

    def find_le_controller(self, address: hci.Address) -> Controller | None:
        """Return the controller with this random or public address."""
        if (controller := self._by_address.get(str(address))) is not None:
            return controller
        return next((member for member in self._members if member.public_address == address), None)

    def scan_response_of(self, address: hci.Address) -> bytes:
        """Return the scan response of the advertiser at `address`."""
        advertiser = self.find_le_controller(address)
        return b"" if advertiser is None else advertiser.le_legacy_advertiser.scan_response_data

    def advertising_delay_s(self, longest_s: float) -> float:
        """Draw the random part of an advertising interval, up to `longest_s`."""
        return self._chance.uniform(0.0, longest_s)

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Broadcast the PDU if the advertiser is in range and the advertisement is not lost."""
        if isinstance(packet, ll.ConnectInd):
            self._connect(packet)
        elif isinstance(packet, ll.AdvInd):
            conditions = self.conditions_of(packet.advertiser_address)
            if not conditions.in_range or self._chance.random() < conditions.loss:
                return
        loop = asyncio.get_running_loop()
        for member in self._members:
            if member is not sender_controller:
                loop.call_soon(member.on_ll_advertising_pdu, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Queue data for the connection's next event."""
        connection = sender_controller.le_connections.get(destination_address)
        if connection is not None and transport == PhysicalTransport.LE:
            # Bumble always gives the random address as the source, whichever address the host connected with.
            source = connection.self_address
            self._send(source, destination_address, lambda to: to.on_link_acl_data(source, transport, data))

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Queue a link-layer control PDU; new connection parameters apply at once."""
        connection = self._connections.get(_pair(sender_address, receiver_address))
        if connection is not None and isinstance(packet, ll.ConnectionUpdateInd):
            connection.update(interval_s=packet.interval * 1.25e-3, timeout_s=packet.timeout * 10e-3)
        # LL_TERMINATE_IND, too, is sent after the data queued before it, and not at all when out of range.
        self._send(sender_address, receiver_address, lambda to: to.on_ll_control_pdu(sender_address, packet))

    def close(self) -> None:
        """Stop every timer of the link."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        for member in list(self._members):
            self.remove_controller(member)

    def _connect(self, packet: ll.ConnectInd) -> None:
        one, other = packet.initiator_address, packet.advertiser_address
        if (old := self._connections.pop(_pair(one, other), None)) is not None:
            old.close()
        self._connections[_pair(one, other)] = SimConnection(
            interval_s=packet.interval * 1.25e-3,
            timeout_s=packet.timeout * 10e-3,
            conditions=self.conditions_of(other),
            chance=self._chance,
            ends=lambda: self._holds(one, other) + self._holds(other, one),
            on_silence=lambda: self._supervision_timeout(one, other),
        )

    def _send(self, source: hci.Address, destination: hci.Address, hand_over: Callable[[Controller], None]) -> None:
        connection = self._connections.get(_pair(source, destination))
        if connection is None:
            return

        def deliver() -> bool:
            receiver = self.find_le_controller(destination)
            if receiver is None or source not in receiver.le_connections:
                return False
            hand_over(receiver)
            return True

        connection.push(str(source), deliver)

    def _holds(self, own: hci.Address, peer: hci.Address) -> bool:
        controller = self.find_le_controller(own)
        return controller is not None and peer in controller.le_connections

    def _supervision_timeout(self, one: hci.Address, other: hci.Address) -> None:
        if (connection := self._connections.pop(_pair(one, other), None)) is not None:
            connection.close()
        for own, peer in ((one, other), (other, one)):
            controller = self.find_le_controller(own)
            if controller is not None and (held := controller.le_connections.get(peer)) is not None:
                controller.on_le_disconnected(held, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


def _pair(one: hci.Address, other: hci.Address) -> Pair:
    return frozenset((str(one), str(other)))
