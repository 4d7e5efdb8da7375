"""Connections to a broker: their options, chosen by measurement, and how they are kept open."""
