from qingyuan.platform.files.models.attachment import Attachment, AttachmentLink

__all__ = ["Attachment", "AttachmentLink"]
