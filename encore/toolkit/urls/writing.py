"""How the items of any tool are written; mounted in each tool's namespace, with `tool` = its name."""

from django.urls import path

from encore.toolkit.views import arranging, dates, history, writing

urlpatterns = [
    path("new/<str:kind>/", writing.new, name="new"),
    path("order/", arranging.order, name="order"),
    path("<uuid:uuid>/edit/", writing.edit, name="edit"),
    path("<uuid:uuid>/pictures/", writing.upload, name="upload"),
    path("<uuid:uuid>/draft/", writing.preview, name="preview"),
    path("<uuid:uuid>/draft/publication/", writing.publish_draft, name="publish"),
    path("<uuid:uuid>/draft/removal/", writing.discard, name="discard"),
    path("<uuid:uuid>/visibility/", arranging.visibility, name="visibility"),
    path("<uuid:uuid>/place/", arranging.place, name="place"),
    path("<uuid:uuid>/dates/", dates.item_dates, name="dates"),
    path("<uuid:uuid>/removal/", arranging.removal, name="remove"),
    path("<uuid:uuid>/versions/", history.versions, name="versions"),
    path("<uuid:uuid>/versions/<int:number>/", history.version, name="version"),
    path("<uuid:uuid>/course-version/", history.course_version, name="course_version"),
]
