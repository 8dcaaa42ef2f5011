"""Dictionary entries (数据字典)."""

from django.db import models

from qingyuan.platform.columns import CodeField


class DictionaryEntry(models.Model):
    """One code of one set (表位, 换表原因, 证件类型, ...). Retired entries stay, since old rows name them."""

    set_code = CodeField()
    code = CodeField()
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "dictionary_entry"
        ordering = ["set_code", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["set_code", "code"], name="dictionary_entry_once")]

    def __str__(self) -> str:
        return f"{self.set_code} {self.code} {self.name}"
