#!/usr/bin/env python3
"""24_dashboard.py PROMETHEUS DASHBOARD: asks Prometheus every query of a dashboard, as Grafana would.

A line a query: title, number of results, what Prometheus said (success, or its error), query; with tabs
between.  Variables of Grafana are put in as it does where everything is chosen, its interval as of a dashboard
that is looked at from near.  Those of the templating list are asked as well.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

VARIABLES = {"$__rate_interval": "1m", "$instance": ".*", "$job": ".*"}


def ask(url, path, **arguments):
    try:
        with urllib.request.urlopen(f"{url}{path}?{urllib.parse.urlencode(arguments)}", timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def told(title, query, answer):
    data = answer.get("data", {})
    rows = data.get("result", []) if isinstance(data, dict) else data
    count = sum(1 for row in rows if not isinstance(row, dict) or row["value"][1] != "NaN")
    print(title, count, answer.get("error", answer["status"]), query, sep="\t")


def main(url, path):
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            told(panel["title"], query, ask(url, "/api/v1/query", query=query))
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = variable["query"]["query"].removeprefix("label_values(").rstrip(")").split(", ")
            answer = ask(url, f"/api/v1/label/{label}/values", **{"match[]": metric})
            told(f"${variable['name']}", variable["query"]["query"], answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
