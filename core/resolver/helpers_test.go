package resolver_test

import (
	"sync"

	"wismo/core/reply"
	"wismo/core/resolver"
	"wismo/core/shop"
	"wismo/core/understand"
)

func heard(texts ...string) []resolver.Heard {
	var out []resolver.Heard
	for _, s := range texts {
		out = append(out, resolver.Heard{Text: s, Means: mind().Understand(s, understand.Hint{Format: shop.Defaults().Orders, Region: "US"})})
	}
	return out
}

// mind is the recogniser, built once for all tests.
var mind = sync.OnceValue(func() *understand.Recogniser {
	r, err := understand.New()
	if err != nil {
		panic(err)
	}
	return r
})

func said(parts []reply.Part, key string) bool {
	for _, p := range parts {
		if p.Key == key {
			return true
		}
	}
	return false
}
