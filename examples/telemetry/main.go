// Command telemetry serves a guarded route, /api/profile, and metrics about it for
// Prometheus at /metrics:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/telemetry
//
// otelauth/dashboards/auth.json is a Grafana dashboard for them.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/otelauth"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	handler, err := routes(contract)
	if err != nil {
		log.Fatal(err)
	}
	// In production, serve /metrics on a port that only Prometheus reaches.
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func routes(contract *core.Contract) (http.Handler, error) {
	registry := prometheus.NewRegistry()
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry))
	if err != nil {
		return nil, err
	}
	telemetry, err := otelauth.New(
		otelauth.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))),
	)
	if err != nil {
		return nil, err
	}
	verifier, err := core.NewVerifier(contract, telemetry.Observer())
	if err != nil {
		return nil, err
	}
	if _, err := telemetry.Watch(verifier); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("GET /api/profile", guard.Middleware(verifier)(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, core.UserID(r.Context()))
		}),
	))
	return mux, nil
}
