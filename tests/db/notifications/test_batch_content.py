"""The file of a batch, byte by byte."""

import csv
import io

from qingyuan.domains.notifications.operations.batch_content import file_of
from qingyuan.domains.notifications.rules.batch_file import Outgoing, notice_no
from qingyuan.domains.notifications.rules.states import Channel

BATCH = "N2026110001"


def line(**given: str) -> Outgoing:
    values = {
        "name": "张三",
        "recipient": "13900000001",
        "text": "应缴1.00元",
        "account_no": "10010007",
        "subject": "B1",
        "send_from": "2026-11-24 08:00",
        "send_until": "2026-11-24 21:00",
    } | given
    return Outgoing(notice_no(BATCH, 1), parts=1, **values)


def test_the_file_of_short_messages_byte_by_byte() -> None:
    assert file_of(Channel.SMS, [line(text='他说"好"，\n谢谢')]).decode() == (
        '\ufeff"通知号","手机号","内容","短信条数","最早发送时间","最晚发送时间"\r\n'
        '"N2026110001-000001","13900000001","他说""好""，\n谢谢","1","2026-11-24 08:00","2026-11-24 21:00"\r\n'
    )


def test_a_print_house_gets_names_and_addresses_and_no_formula() -> None:
    content = file_of(Channel.PAPER, [line(name="=HYPERLINK(1)", recipient="临江路8号", text="【清源】应缴1.00元")])

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[1] == [f"{BATCH}-000001", "'=HYPERLINK(1)", "临江路8号", "【清源】应缴1.00元", "10010007", "B1"]
