"""No page is served: the project exists for its models and commands."""

urlpatterns = []
