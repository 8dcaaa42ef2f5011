"""How long 1 000 receipts take (打印耗时): python scripts/bench_receipts.py [count]. Prints seconds and bytes."""

import json
import sys
import time

from qingyuan.platform.printing.forms import Record, render_forms
from qingyuan.platform.printing.layouts import read_layout

FIELDS = [
    {"key": f"field{place}", "x": 10 + place % 3 * 60, "y": 10 + place // 3 * 7, "w": 55, "h": 6, "size": 10}
    for place in range(15)
]
ROW = [
    {"key": "name", "x": 0, "y": 0, "w": 60, "h": 5},
    {"key": "amount", "x": 120, "y": 0, "w": 40, "h": 5, "align": "right"},
]
LAYOUT = {
    "unit": "mm",
    "page": {"width": 210, "height": 93},
    "fields": FIELDS,
    "blocks": [{"key": "rows", "x": 10, "y": 50, "row_height": 5, "rows": 5, "fields": ROW}],
}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    layout = read_layout(json.dumps(LAYOUT))
    rows = [{"name": "第一阶梯 18 m³ × 2.10", "amount": "37.80"}, {"name": "污水处理费", "amount": "19.00"}]
    records: list[Record] = [
        {**{f"field{place}": f"演示 {number}-{place}" for place in range(15)}, "rows": rows} for number in range(count)
    ]
    render_forms(layout, records[:1])
    started = time.perf_counter()
    content = render_forms(layout, records)
    print(f"{count} receipts: {time.perf_counter() - started:.2f} s, {len(content)} bytes")


if __name__ == "__main__":
    main()
