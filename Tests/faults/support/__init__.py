"""What the fault cases share: the cluster, the server, clients, the ledger of what was acknowledged."""
