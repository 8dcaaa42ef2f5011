"""Addresses of billing runs, their plans and correction proposals."""

from django.urls import path

from qingyuan.interfaces.office.billing import (
    change_views,
    plan_views,
    proposal_views,
    review_views,
    start_views,
    views,
)

app_name = "billing"
urlpatterns = [
    path("billing/runs/", views.runs, name="runs"),
    path("billing/runs/new/", start_views.start, name="new-run"),
    path("billing/runs/<int:run_id>/", views.run, name="run"),
    path("billing/runs/<int:run_id>/progress/", views.progress, name="progress"),
    path("billing/runs/<int:run_id>/totals/", views.totals, name="run-totals"),
    path("billing/runs/<int:run_id>/exceptions/", views.exceptions, name="run-exceptions"),
    path("billing/runs/<int:run_id>/review/", review_views.review, name="run-review"),
    path("billing/runs/<int:run_id>/workbook/", review_views.workbook, name="run-workbook"),
    path("billing/runs/<int:run_id>/hold/", review_views.hold, name="hold"),
    path("billing/runs/<int:run_id>/release/", review_views.release, name="release"),
    path("billing/runs/<int:run_id>/compare/", views.compare, name="run-compare"),
    path("billing/runs/<int:run_id>/check/", change_views.check, name="check"),
    path("billing/runs/<int:run_id>/issue/", change_views.issue, name="issue"),
    path("billing/runs/<int:run_id>/recalculate/", change_views.recalculate, name="recalculate"),
    path("billing/runs/<int:run_id>/resume/", change_views.resume, name="resume"),
    path("billing/runs/<int:run_id>/discard/", change_views.discard, name="discard"),
    path("billing/runs/<int:run_id>/pause/", change_views.pause, name="pause"),
    path("billing/runs/<int:run_id>/continue/", change_views.go_on, name="continue"),
    path("billing/runs/<int:run_id>/undo/", change_views.undo, name="undo"),
    path("billing/plans/", plan_views.plans, name="plans"),
    path("billing/plans/new/", plan_views.create, name="new-plan"),
    path("billing/plans/preview/", plan_views.preview, name="plan-preview"),
    path("billing/plans/<int:plan_id>/", plan_views.plan, name="plan"),
    path("billing/plans/<int:plan_id>/edit/", plan_views.edit, name="edit-plan"),
    path("billing/plans/<int:plan_id>/pause/", plan_views.pause, name="pause-plan"),
    path("billing/plans/<int:plan_id>/resume/", plan_views.resume, name="resume-plan"),
    path("billing/plans/<int:plan_id>/start/<int:yyyymm>/", plan_views.start, name="start-plan"),
    path("billing/plans/<int:plan_id>/leave/<int:yyyymm>/", plan_views.leave, name="leave-start"),
    path("billing/proposals/", proposal_views.proposals, name="proposals"),
    path("billing/proposals/look-again/", proposal_views.look_again, name="look-again"),
    path("billing/proposals/apply/", proposal_views.apply, name="apply-proposals"),
    path("billing/proposals/<int:proposal_id>/", proposal_views.decide, name="decide-proposal"),
]
