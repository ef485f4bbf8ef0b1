package carriers_test

import (
	"testing"
	"time"

	"wismo/stores/carriers"
	"wismo/stores/carriers/carrierstest"
	"wismo/stores/storetest"
)

// What `wismo check` says of each service and of each thing that may be wrong with it.
func TestCheckSays(t *testing.T) {
	t.Parallel()
	quick := func(cfg *carriers.Config, _ *carrierstest.Config) { cfg.Budget = time.Second }
	cases := map[string]storetest.Checker{}
	for _, kind := range kinds() {
		cases[string(kind)+": all is well"] = newRig(t, kind, carrierstest.InTransit, quick)
		cases[string(kind)+": a wrong key"] = newRig(t, kind, carrierstest.InTransit, quick, func(cfg *carriers.Config, _ *carrierstest.Config) { cfg.Key = "wrong" })
		for _, trouble := range carrierstest.Troubles() {
			r := newRig(t, kind, carrierstest.InTransit, quick)
			r.service.Answer(trouble.Handler())
			cases[string(kind)+": "+string(trouble)] = r
		}
	}
	storetest.GoldenCheck(t, "check.golden", cases)
}
