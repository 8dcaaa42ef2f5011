"""The sets that ship with the dictionary (数据字典初始内容). A utility renames, retires and adds as it likes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShippedSet:
    """A set: its code, its two names, and its entries as (code, 中文, English)."""

    code: str
    name: str
    name_en: str
    entries: tuple[tuple[str, str, str], ...]


SETS: tuple[ShippedSet, ...] = (
    ShippedSet(
        "install_location",
        "表位",
        "Meter location",
        (
            ("KITCHEN", "厨房", "Kitchen"),
            ("BATHROOM", "卫生间", "Bathroom"),
            ("SHAFT", "管道井", "Riser shaft"),
            ("CORRIDOR", "楼道", "Corridor"),
            ("YARD", "院内", "Yard"),
            ("PIT", "表井", "Meter pit"),
            ("PUMP_ROOM", "泵房", "Pump room"),
        ),
    ),
    ShippedSet(
        "replace_reason",
        "换表原因",
        "Reason of a meter exchange",
        (
            ("PERIODIC", "周期换表", "Periodic"),
            ("FAULT", "故障换表", "Fault"),
            ("BROKEN", "表损", "Broken"),
            ("RESIZE", "改口径", "Another calibre"),
            ("UPGRADE", "智能表改造", "Smart meter programme"),
            ("CUSTOMER", "用户申请", "Asked for by the customer"),
        ),
    ),
    ShippedSet(
        "document_type",
        "证件类型",
        "Identity document",
        (
            ("ID_CARD", "居民身份证", "Identity card"),
            ("PASSPORT", "护照", "Passport"),
            ("HK_MO_PERMIT", "港澳居民来往内地通行证", "Mainland travel permit (Hong Kong, Macao)"),
            ("TW_PERMIT", "台湾居民来往大陆通行证", "Mainland travel permit (Taiwan)"),
            ("LICENCE", "营业执照", "Business licence"),
            ("ORG_CERTIFICATE", "事业单位法人证书", "Public institution certificate"),
            ("OTHER", "其他", "Other"),
        ),
    ),
    ShippedSet(
        "industry",
        "行业分类",
        "Industry",
        (
            ("RESIDENTIAL", "居民生活", "Households"),
            ("AGRICULTURE", "农林牧渔", "Agriculture"),
            ("INDUSTRY", "工业", "Industry"),
            ("CONSTRUCTION", "建筑业", "Construction"),
            ("CATERING", "餐饮住宿", "Hotels and restaurants"),
            ("RETAIL", "批发零售", "Trade"),
            ("PUBLIC", "机关团体", "Public bodies"),
            ("EDUCATION", "教育", "Education"),
            ("HEALTH", "卫生医疗", "Health"),
            ("SPECIAL", "特种行业", "Special trades"),
        ),
    ),
    ShippedSet(
        "metering_principle",
        "计量方式",
        "Metering principle",
        (
            ("ROTARY", "水平旋翼", "Rotary vane"),
            ("WOLTMANN", "垂直螺翼", "Woltmann"),
            ("ULTRASONIC", "超声波", "Ultrasonic"),
            ("ELECTROMAGNETIC", "电磁", "Electromagnetic"),
        ),
    ),
    ShippedSet(
        "sensing",
        "基电转换",
        "Register sensing",
        (
            ("PHOTOELECTRIC", "光电直读", "Photoelectric"),
            ("PULSE", "脉冲", "Pulse"),
            ("THICK_FILM", "厚膜电阻", "Thick-film resistor"),
            ("NON_MAGNETIC", "无磁", "Non-magnetic"),
            ("CAMERA", "摄像", "Camera"),
            ("ELECTRONIC", "电子计数", "Electronic count"),
        ),
    ),
    ShippedSet(
        "transmission",
        "传输类型",
        "Transmission",
        (
            ("NONE", "无", "None"),
            ("NB_IOT", "NB-IoT", "NB-IoT"),
            ("LORA", "LoRa", "LoRa"),
            ("M_BUS", "M-Bus", "M-Bus"),
            ("RS485", "RS-485", "RS-485"),
            ("IC_CARD", "IC卡", "IC card"),
        ),
    ),
    ShippedSet(
        "reading_method",
        "读数方式",
        "Reading method",
        (
            ("WALK", "人工抄表", "Walked"),
            ("HANDHELD", "掌机抄表", "Handheld"),
            ("REMOTE", "远传抄表", "Remote"),
            ("SELF", "用户自报", "Reported by the customer"),
        ),
    ),
    ShippedSet(
        "valve_control",
        "阀控",
        "Valve",
        (
            ("NONE", "无阀", "No valve"),
            ("BALL", "球阀", "Ball valve"),
            ("PILOT", "先导阀", "Pilot valve"),
        ),
    ),
    ShippedSet(
        "meter_fault",
        "水表故障",
        "Meter fault",
        (
            ("STOPPED", "停走", "Stopped"),
            ("FAST", "走快", "Runs fast"),
            ("BACKWARDS", "倒转", "Runs backwards"),
            ("FOGGED", "表面模糊", "Unreadable dial"),
            ("LEAK", "漏水", "Leaks"),
            ("SEAL_BROKEN", "铅封损坏", "Seal broken"),
            ("SIGNAL_LOST", "通讯中断", "No signal"),
        ),
    ),
    ShippedSet(
        "no_access_reason",
        "抄见故障",
        "Why a meter was not read",
        (
            ("LOCKED", "锁门", "Locked"),
            ("BURIED", "表井掩埋", "Pit buried"),
            ("FLOODED", "表井积水", "Pit flooded"),
            ("DOG", "有犬", "Dog"),
            ("REFUSED", "用户拒抄", "Refused"),
            ("NOT_FOUND", "找不到表", "Not found"),
        ),
    ),
    ShippedSet(
        "return_reason",
        "退审原因",
        "Why a reading is sent back",
        (
            ("MISREAD", "抄错", "Misread"),
            ("NO_PHOTO", "缺照片", "No photo"),
            ("PHOTO_UNCLEAR", "照片不清", "Photo unclear"),
            ("IMPLAUSIBLE", "量异常需复抄", "Implausible, read again"),
        ),
    ),
    ShippedSet(
        "acceptance_reason",
        "审核意见",
        "Why an unusual reading is accepted",
        (
            ("VERIFIED", "现场核实无误", "Verified on site"),
            ("CUSTOMER", "用户确认用水属实", "Confirmed by the customer"),
            ("VACANT", "空置或停用属实", "Vacant or not in use"),
            ("LEAK", "表后漏水", "Leak behind the meter"),
            ("SEASON", "季节性用水", "Seasonal use"),
        ),
    ),
    ShippedSet(
        "adjustment_kind",
        "追补类别",
        "Kind of adjustment",
        (
            ("LEAK", "漏水减免", "Leak"),
            ("METER_ERROR", "计量差错", "Meter error"),
            ("MISREAD", "抄错更正", "Misread"),
            ("THEFT", "违章用水", "Unauthorised use"),
            ("OTHER", "其他", "Other"),
        ),
    ),
    ShippedSet(
        "void_reason",
        "作废原因",
        "Why a payment is void",
        (
            ("WRONG_ACCOUNT", "户号错误", "Wrong account"),
            ("WRONG_AMOUNT", "金额错误", "Wrong amount"),
            ("WRONG_METHOD", "收款方式错误", "Wrong means of payment"),
            ("CUSTOMER", "用户要求", "Asked for by the customer"),
        ),
    ),
    ShippedSet(
        "renovation_kind",
        "改造类型",
        "Kind of renovation",
        (
            ("ONE_METER", "一户一表改造", "One meter per household"),
            ("THREE_SUPPLIES", "三供一业移交", "Handover of employers' supplies"),
            ("SECONDARY", "二次供水改造", "Secondary supply"),
            ("PIPES", "管网改造", "Mains"),
        ),
    ),
    ShippedSet(
        "complaint_source",
        "诉求来源",
        "Where a request comes from",
        (
            ("HOTLINE", "供水热线", "Water hotline"),
            ("12345", "12345热线", "12345 hotline"),
            ("HALL", "营业厅", "Hall"),
            ("ONLINE", "网上渠道", "Online"),
            ("INSPECTION", "巡查发现", "Inspection"),
        ),
    ),
)


def shipped_set(code: str) -> ShippedSet | None:
    """The shipped set of this code, None for a utility's own."""
    return next((one for one in SETS if one.code == code), None)
