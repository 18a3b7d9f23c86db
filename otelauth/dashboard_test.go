package otelauth_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/otelauth"
)

// prometheusNames are the names of a metric where OpenTelemetry's exporter writes it
// for Prometheus; examples/telemetry tests that against the exporter.
func prometheusNames(m otelauth.Metric) []string {
	name := strings.ReplaceAll(m.Name, ".", "_")
	if m.Unit == "s" {
		name += "_seconds"
	}
	switch m.Kind {
	case "counter":
		return []string{name + "_total"}
	case "histogram":
		return []string{name + "_bucket", name + "_count", name + "_sum"}
	default:
		return []string{name}
	}
}

// TestDashboard: the dashboard shows every metric, and nothing that is not measured.
func TestDashboard(t *testing.T) {
	file, err := os.ReadFile("dashboards/auth.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Title      string
		Templating struct{ List []struct{ Query any } }
		Panels     []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(file, &dashboard); err != nil || dashboard.Title == "" || len(dashboard.Panels) == 0 {
		t.Fatalf("%v, %+v", err, dashboard)
	}
	labels := map[string][]string{} // by metric
	for _, m := range otelauth.Metrics() {
		for _, name := range prometheusNames(m) {
			labels[name] = []string{"le"}
			for _, a := range m.Attributes {
				labels[name] = append(labels[name], strings.ReplaceAll(a, ".", "_"))
			}
		}
	}
	shown, ids := map[string]bool{}, map[int]bool{}
	word := regexp.MustCompile(`\b(auth|error)_\w+`)
	check := func(place, expr, legend string) {
		var metrics, used []string
		for _, name := range word.FindAllString(expr+" "+legend, -1) {
			if labels[name] != nil {
				metrics = append(metrics, name)
				shown[name] = true
				continue
			}
			used = append(used, name)
		}
		if len(metrics) == 0 {
			t.Errorf("%s: no metric of this package in %s", place, expr)
			return
		}
		for _, label := range used {
			if !slices.Contains(labels[metrics[0]], label) {
				t.Errorf("%s: %s is neither a metric nor an attribute of %s", place, label, metrics[0])
			}
		}
	}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W == 0 {
			t.Errorf("%s: id %d twice, or outside the grid: %+v", p.Title, p.ID, p.GridPos)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			check(p.Title, target.Expr, target.LegendFormat)
		}
	}
	query, _ := json.Marshal(dashboard.Templating.List)
	check("variables", string(query), "")
	for _, m := range otelauth.Metrics() {
		if !slices.ContainsFunc(prometheusNames(m), func(name string) bool { return shown[name] }) {
			t.Errorf("%s is measured, and no panel shows it", m.Name)
		}
	}
}
