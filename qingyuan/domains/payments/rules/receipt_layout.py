"""The receipt's paper (收据版式): 190 × 93 mm, half a sheet of the two-part form that counters use. Layout data only."""

import json
from typing import Any

ROWS_PER_PAGE = 8


def _label(text: str, x: int, y: int, width: int) -> dict[str, Any]:
    return {"text": text, "x": x, "y": y, "w": width, "h": 5, "size": 9}


def _value(key: str, x: int, y: int, width: int, *, size: int = 9, align: str = "left") -> dict[str, Any]:
    return {"key": key, "x": x, "y": y, "w": width, "h": 5, "size": size, "align": align}


def _rule(y: int) -> dict[str, Any]:
    return {"x1": 8, "y1": y, "x2": 182, "y2": y}


LAYOUT: dict[str, Any] = {
    "unit": "mm",
    "page": {"width": 190, "height": 93},
    "fields": [
        {"key": "company_name", "x": 8, "y": 3, "w": 120, "h": 7, "size": 13, "bold": True},
        _label("收费收据", 130, 3, 22),
        {"key": "reprint", "x": 152, "y": 3, "w": 30, "h": 5, "size": 9, "align": "right"},
        _label("号码", 130, 8, 12),
        _value("receipt_no", 142, 8, 40, align="right"),
        _label("缴费人", 8, 14, 14),
        _value("payer_name", 22, 14, 68),
        _label("日期", 92, 14, 10),
        _value("value_date", 102, 14, 24),
        _label("收款号", 128, 14, 14),
        _value("payment_no", 142, 14, 40, align="right"),
        _value("place_label", 8, 19, 14),
        _value("address", 22, 19, 160),
        _label("户号", 8, 25, 26),
        _label("账单号", 36, 25, 34),
        _label("账期", 72, 25, 16),
        _label("费用明细", 90, 25, 60),
        {"text": "金额（元）", "x": 152, "y": 25, "w": 30, "h": 5, "size": 9, "align": "right"},
        _label("合计（大写）", 8, 73, 24),
        _value("capitals", 32, 73, 100),
        _value("received", 144, 73, 38, size=11, align="right"),
        _label("付款方式", 8, 80, 18),
        _value("tenders", 26, 80, 156),
        _label("网点", 8, 86, 10),
        _value("unit_name", 18, 86, 60),
        _label("收费员", 82, 86, 14),
        _value("cashier", 96, 86, 40),
        _value("page", 152, 86, 30, align="right"),
    ],
    "lines": [_rule(24), _rule(30), _rule(72), _rule(79)],
    "blocks": [
        {
            "key": "rows",
            "x": 8,
            "y": 31,
            "row_height": 5,
            "rows": ROWS_PER_PAGE,
            "fields": [
                _value("account_no", 0, 0, 26),
                _value("label", 28, 0, 34),
                _value("month", 64, 0, 16),
                _value("detail", 82, 0, 60, size=8),
                _value("amount", 144, 0, 30, align="right"),
            ],
        }
    ],
}
LAYOUT_TEXT = json.dumps(LAYOUT, ensure_ascii=False)
