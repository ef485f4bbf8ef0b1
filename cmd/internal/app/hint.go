package app

import (
	"fmt"
	"strings"

	"wismo/config"
	"wismo/core/shop"
	"wismo/core/understand"
)

// PlainHint is how texts are read where no shop is given.
func PlainHint() understand.Hint {
	s := shop.Defaults()
	return understand.Hint{Format: s.Orders, Region: s.Region}
}

// HintOf is how a configured shop's customers' texts are read.
func HintOf(c config.Config, key string) (understand.Hint, error) {
	var keys []string
	for _, s := range c.Shops {
		if s.Key == key {
			return understand.Hint{Format: formatOf(s.Orders), Region: s.Country}, nil
		}
		keys = append(keys, s.Key)
	}
	return understand.Hint{}, fmt.Errorf("there is no shop %q; the configuration has: %s", key, strings.Join(keys, ", "))
}
