"""Names, phones and addresses of the demo's people, composed from syllable lists and marked 演示.

Nobody real is named: given names are two syllables drawn from short lists, every name carries the mark, and the
telephone numbers lie in 120xxxxxxxx, which is assigned to nobody.
"""

from random import Random

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单仇"
_FIRST = "建国明志文永春秀桂玉海晓雅思子雨欣佳俊宇梓浩嘉"
_SECOND = "华军平强芳兰英梅丽娟敏静洁燕涛鹏辉峰林宁琪萱涵轩然"
_TRADES = ("便利店", "餐饮店", "理发店", "五金店", "旅馆", "洗衣店", "食品厂", "印刷厂", "塑料制品厂", "机械厂")
_PUBLIC = ("第一小学", "第二小学", "中心幼儿园", "卫生服务站", "社区服务中心", "图书馆分馆", "档案馆", "文化站")

STREETS = (
    ("S01", "清河路"),
    ("S02", "望江街"),
    ("S03", "柳泉路"),
    ("S04", "东湖大道"),
    ("S05", "石桥巷"),
    ("S06", "新塘路"),
    ("S07", "泉水街"),
    ("S08", "南门路"),
)
ESTATES = (
    ("E01", "清源花园", "S01"),
    ("E02", "望江新村", "S02"),
    ("E03", "柳泉小区", "S03"),
    ("E04", "东湖雅苑", "S04"),
    ("E05", "新塘家园", "S06"),
    ("E06", "泉水公寓", "S07"),
)
MARK = "演示"


def person_name(rng: Random) -> str:
    """A person's name with the mark, e.g. 周玉兰（演示）."""
    return f"{rng.choice(_SURNAMES)}{rng.choice(_FIRST)}{rng.choice(_SECOND)}（{MARK}）"


def shop_name(rng: Random, street: str) -> str:
    """A shop or works, named after its street."""
    return f"{street.removesuffix('路').removesuffix('街').removesuffix('巷').removesuffix('大道')}{rng.choice(_TRADES)}（{MARK}）"


def public_name(rng: Random, street: str) -> str:
    """A school, library or the like, named after its street."""
    return f"{street.removesuffix('路').removesuffix('街').removesuffix('巷').removesuffix('大道')}{rng.choice(_PUBLIC)}（{MARK}）"


def phone(index: int) -> str:
    """An eleven-digit number that is assigned to nobody."""
    return f"120{index:08d}"
