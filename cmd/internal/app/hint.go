package app

import (
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
	s, err := find(c, key)
	if err != nil {
		return understand.Hint{}, err
	}
	return understand.Hint{Format: formatOf(s.Orders), Region: s.Country}, nil
}
