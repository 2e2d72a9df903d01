"""The organisation's integration and its user access tokens: one broad, and one for each team."""

import pulumi

import pulumi_astra_vectorize as astra

config = pulumi.Config()
environment = pulumi.get_stack()
databases: list[str] = config.require_object("databases")
teams: dict[str, list[str]] = config.require_object("teams")

# Every environment's stack needs the integration, and one organisation has it once: the first
# stack adds it, the others take it over; only production is to remove it.
hugging_face = astra.Integration(
    "hugging-face",
    adopt=True,
    opts=pulumi.ResourceOptions(retain_on_delete=environment != "production"),
)

broad = astra.UserAccessToken(
    "everything",
    integration=hugging_face,
    name=f"everything-{environment}",
    secret=config.require_secret("huggingFaceToken"),
)
astra.TokenScope("everything", token=broad, databases=databases)

narrow: dict[str, pulumi.Output[str]] = {}
for team, scoped in teams.items():
    token = astra.UserAccessToken(
        team,
        integration=hugging_face,
        name=f"{team}-{environment}",
        secret=config.require_secret(f"{team}HuggingFaceToken"),
    )
    scope = astra.TokenScope(team, token=token, databases=scoped)
    narrow[team] = scope.token

pulumi.export("everything", broad.name)
pulumi.export("teams", narrow)
