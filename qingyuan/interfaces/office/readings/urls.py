"""Addresses of the reading pages."""

from django.urls import path

from qingyuan.interfaces.office.readings.views import (
    adjusting,
    conditions,
    decisions,
    detail,
    grid,
    importing,
    losses,
    review,
    taking,
    tasks,
    waiting,
)

app_name = "readings"
urlpatterns = [
    path("readings/tasks/", tasks.task_list, name="tasks"),
    path("readings/tasks/generate/", tasks.generate, name="generate"),
    path("readings/tasks/<int:task_id>/", grid.grid, name="grid"),
    path("readings/tasks/<int:task_id>/rows/", grid.save_rows, name="save-rows"),
    path("readings/waiting/", waiting.waiting, name="waiting"),
    path("readings/waiting/<slug:point_no>/release/", waiting.release, name="release-main"),
    path("readings/mains/", losses.losses, name="losses"),
    path("readings/review/", review.queue, name="review"),
    path("readings/review/reasons/", review.reasons, name="review-reasons"),
    path("readings/review/near/", review.near_average, name="review-near"),
    path("readings/review/approve/", decisions.approve, name="approve"),
    path("readings/review/approve-near/", decisions.approve_near, name="approve-near"),
    path("readings/review/send-back/", decisions.send_back, name="send-back"),
    path("readings/items/<int:reading_item_id>/", detail.reading_item, name="detail"),
    path("readings/items/<int:reading_item_id>/enter/", taking.enter, name="enter"),
    path("readings/items/<int:reading_item_id>/change/", taking.change, name="change"),
    path("readings/items/<int:reading_item_id>/correct/", taking.correct, name="correct"),
    path("readings/items/<int:reading_item_id>/adjust/", adjusting.adjust, name="adjust"),
    path("readings/items/<int:reading_item_id>/skip/", decisions.skip, name="skip"),
    path("readings/items/<int:reading_item_id>/reopen/", decisions.reopen, name="reopen"),
    path("readings/photos/<slug:sha256>/", detail.photo, name="photo"),
    path("readings/adjustments/", adjusting.adjustment_list, name="adjustments"),
    path("readings/adjustments/<slug:adjustment_no>/", adjusting.adjustment, name="adjustment"),
    path("readings/adjustments/<slug:adjustment_no>/approve/", adjusting.approve, name="adjustment-approve"),
    path("readings/adjustments/<slug:adjustment_no>/refuse/", adjusting.refuse, name="adjustment-refuse"),
    path("readings/adjustments/<slug:adjustment_no>/withdraw/", adjusting.withdraw, name="adjustment-withdraw"),
    path("readings/adjustments/<slug:adjustment_no>/reverse/", adjusting.reverse_it, name="adjustment-reverse"),
    path(
        "readings/adjustments/<slug:adjustment_no>/files/<slug:sha256>/",
        adjusting.evidence_file,
        name="adjustment-file",
    ),
    path("readings/import/", importing.import_file, name="import"),
    path("readings/import/sample/", importing.sample, name="import-sample"),
    path("readings/conditions/", conditions.condition_list, name="conditions"),
    path("readings/conditions/new/", conditions.new_condition, name="new-condition"),
    path("readings/conditions/<slug:condition_code>/", conditions.edit_condition, name="edit-condition"),
]
