"""Paydesk, a self-hosted billing portal: customers see and manage everything they pay for."""
