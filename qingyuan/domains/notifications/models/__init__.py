from qingyuan.domains.notifications.models.batch import NoticeBatch, NoticeResultFile
from qingyuan.domains.notifications.models.notice import Notice
from qingyuan.domains.notifications.models.request import NoticeRequest
from qingyuan.domains.notifications.models.text import NoticeText

__all__ = ["Notice", "NoticeBatch", "NoticeRequest", "NoticeResultFile", "NoticeText"]
