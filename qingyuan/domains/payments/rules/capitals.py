"""Amounts in Chinese capitals (大写金额), as receipts and cheques have them."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
LARGEST = Decimal("999999999999.99")


def in_capitals(amount: Decimal) -> str:
    """0.00 up to 999999999999.99 with two places: 1005.30 → 壹仟零伍元叁角整. ValueError for others.

    整 follows where there is no 分; one 零 stands for any run of zeros between digits.
    """
    if not 0 <= amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"{amount} cannot be written in capitals")
    fen = int(amount.scaleb(2))
    yuan, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    if not fen:
        return "零元整"
    text = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif last and yuan:
        text += "零"
    return text + (f"{_DIGITS[last]}分" if last else "整")


def _whole(yuan: int) -> str:
    text, zero = "", False
    digits = str(yuan)
    for place, digit in zip(range(len(digits) - 1, -1, -1), map(int, digits), strict=True):
        if digit:
            text += ("零" if zero else "") + _DIGITS[digit] + _PLACES[place % 4]
            zero = False
        else:
            zero = True
        if place % 4 == 0 and yuan // 10**place % 10_000:
            text += _GROUPS[place // 4]
            zero = False  # zeros at a group's end need no 零 when the next digit follows at once
    return text
