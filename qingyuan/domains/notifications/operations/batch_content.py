"""The bytes of a batch's file (通知批次文件): CSV, UTF-8 with BOM."""

import csv
import io
from collections.abc import Iterable

from qingyuan.domains.notifications.rules.batch_file import HEADINGS, Outgoing, disarmed
from qingyuan.domains.notifications.rules.states import Channel


def file_of(channel: Channel, lines: Iterable[Outgoing]) -> bytes:
    """The file's bytes: headings, then a line for each notice; every field is quoted, line ends are CRLF."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADINGS[channel])
    for line in lines:
        if channel is Channel.SMS:
            cells = (line.notice_no, line.recipient, line.text, str(line.parts), line.send_from, line.send_until)
        else:
            cells = (
                line.notice_no,
                disarmed(line.name),
                disarmed(line.recipient),
                disarmed(line.text),
                line.account_no,
                line.subject,
            )
        writer.writerow(cells)
    return b"\xef\xbb\xbf" + target.getvalue().encode()
