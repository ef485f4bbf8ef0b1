package app

import (
	"slices"
	"testing"

	"wismo/config"
)

func TestCountriesAnswered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		country string
		listed  []string
		want    []string
	}{
		"the shop's own":            {"DE", nil, []string{"DE"}},
		"North America together":    {"CA", nil, []string{"US", "CA"}},
		"as listed":                 {"US", []string{"FR", "BE"}, []string{"FR", "BE"}},
		"all, which costs":          {"US", []string{"*"}, nil},
		"one beside the shop's own": {"DE", []string{"DE", "AT"}, []string{"DE", "AT"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := countries(config.Shop{Country: c.country, Countries: c.listed}); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
