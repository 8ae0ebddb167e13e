"""Exchange: a case as a file that another installation, a court or a reader can check; see docs/exchange.md."""
