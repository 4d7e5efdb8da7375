"""Bumble's virtual controller (0.0.236), extended to behave like a real one.

- LE Create Connection Cancel really cancels (Bumble's reports success and connects once the device is back).
- The advertising interval is in units of 0.625 ms, plus the random delay that desynchronises advertisers.
- Scan responses have their own data, and advertising reports the signal strength of the link.
- ACL packets hold a complete notification (Bumble's 27 bytes would fragment it).
- No extended advertising or link-layer privacy: the Linux kernel then expects events that Bumble never sends.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bumble import hci, ll
from bumble.controller import Controller, LegacyAdvertiser
from bumble.transport.common import TransportSink, TransportSource

from drivers.virtual.link import SimLink

ACL_PAYLOAD_BYTES = 251
"""The longest LE data packet, Core 5.4, Vol 6, Part B, 2.4."""

ADVERTISING_UNIT_S = 0.625e-3

ADVERTISING_DELAY_S = 10e-3
"""Upper bound of advDelay, Core 5.4, Vol 6, Part B, 4.4.2.2."""

Report = hci.HCI_LE_Advertising_Report_Event.Report
EventType = hci.HCI_LE_Advertising_Report_Event.EventType


@dataclass
class SimAdvertiser(LegacyAdvertiser):
    """Treats the advertising interval as units of 0.625 ms, where Bumble treats it as milliseconds."""

    def _on_timer_fired(self) -> None:
        self.send_advertising_data()
        link = self.controller.link
        delay_s = link.advertising_delay_s(ADVERTISING_DELAY_S) if isinstance(link, SimLink) else 0.0
        self.timer_handle = asyncio.get_running_loop().call_later(
            self.advertising_interval_min * ADVERTISING_UNIT_S + delay_s, self._on_timer_fired
        )


class SimController(Controller):
    """See the module. `source` and `sink` connect to a host in another process; `address` is the public address."""

    def __init__(
        self,
        name: str,
        link: SimLink,
        source: TransportSource | None = None,
        sink: TransportSink | None = None,
        address: hci.Address | None = None,
    ) -> None:
        super().__init__(name, host_source=source, host_sink=sink, link=link, public_address=address)
        self._air = link
        self.le_legacy_advertiser = SimAdvertiser(self)
        self.le_acl_data_packet_length = ACL_PAYLOAD_BYTES
        self.supported_max_tx_octets = self.supported_max_rx_octets = ACL_PAYLOAD_BYTES
        self.le_features &= ~(hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Core 5.4, Vol 4, Part E, 7.8.13: the pending request ends with its own Connection Complete event."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        cancelled = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, cancelled)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report an advertisement and, in an active scan, its scan response; then connect if that is pending."""
        if self.le_scan_enable:
            self._report(EventType.ADV_IND, pdu.advertiser_address, pdu.data)
            if self.le_scan_type:
                self._report(
                    EventType.SCAN_RSP, pdu.advertiser_address, self._air.scan_response_of(pdu.advertiser_address)
                )
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == pdu.advertiser_address:
            self.create_le_connection(pdu.advertiser_address)

    def _report(self, event_type: EventType, address: hci.Address, data: bytes) -> None:
        report = Report(
            event_type=event_type,
            address_type=address.address_type,
            address=address,
            data=data,
            rssi=self._air.conditions_of(address).rssi_dbm,
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))
