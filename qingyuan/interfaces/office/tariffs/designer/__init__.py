"""The tariff designer (价目设计): a draft version changed on screen, tried beside, tested, compared."""
