"""The price tables of the machine's town: low limits, so that few readings cross all tiers, and a cycle that begins in April."""

from typing import Any

import yaml

HOMES = """
format: qingyuan-tariff/1
code: m-homes
name: 演示居民
usage_class: RESIDENTIAL
effective: {from: '2013-08-01', to: null}
tiers: {limits: ['60', '100'], cycle_months: 12, cycle_starts: '04-01'}
household: {base_people: 4, extra_per_person: '15'}
charges:
  - {item: water, name: 自来水费, price: ['1.92', '3.30', '4.30']}
  - {item: sewage, name: 污水处理费, price: '1.37', volume_factor: '0.9'}
"""
WORKS = """
format: qingyuan-tariff/1
code: m-works
name: 演示非居民
usage_class: INDUSTRY
effective: {from: '2013-08-01', to: null}
charges:
  - {item: water, name: 自来水费, price: '3.04'}
  - {item: sewage, name: 污水处理费, price: '2.18', volume_factor: '0.9'}
  - {item: base, name: 基本水费, fixed: {per: month, amount: '5.15'}}
  - {item: surcharge, name: 附加费, percent_of: {items: [water], rate: '0.105'}}
"""
Tariff = dict[str, Any]


def plain(text: str) -> Tariff:
    """The file as the plain rating takes it."""
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    return loaded
