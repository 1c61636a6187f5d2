"""Servers that take messages as vendors' do, and refuse what these refuse: tests talk to them over real sockets."""
