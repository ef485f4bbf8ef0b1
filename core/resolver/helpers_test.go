package resolver_test

import (
	"wismo/core/reply"
	"wismo/core/resolver"
	"wismo/core/shop"
	"wismo/core/understand"
)

func heard(texts ...string) []resolver.Heard {
	var out []resolver.Heard
	for _, s := range texts {
		out = append(out, resolver.Heard{Text: s, Means: understand.English{}.Understand(s, understand.Hint{Format: shop.Defaults().Orders, Region: "US"})})
	}
	return out
}

func said(parts []reply.Part, key string) bool {
	for _, p := range parts {
		if p.Key == key {
			return true
		}
	}
	return false
}
