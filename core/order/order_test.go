package order_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"wismo/core/order"
)

// What an order holds comes into no log and no error, however it is printed.
func TestOrderTellsNothing(t *testing.T) {
	t.Parallel()
	o := order.Order{
		ID: "zzid", Name: "#zz1001", ConfirmationNumber: "zzconf",
		Contacts: order.Contacts{Emails: []string{"zz@example.com"}, Phones: []string{"+14155550101"}},
		Items:    []order.LineItem{{Title: "zz mug"}},
	}
	var log bytes.Buffer
	l := slog.New(slog.NewJSONHandler(&log, nil))
	l.Info("looked", "order", o, "pointer", &o)
	text := slog.New(slog.NewTextHandler(&log, nil))
	text.Info("looked", "order", o)
	for name, s := range map[string]string{
		"log": log.String(), "%v": fmt.Sprintf("%v", o), "String": o.String(), "%+v": fmt.Sprintf("%+v", o), "error": fmt.Errorf("read %v", o).Error(),
	} {
		if strings.Contains(s, "zz") || strings.Contains(s, "5550101") {
			t.Errorf("%s tells of the order: %s", name, s)
		}
	}
}

func TestLacks(t *testing.T) {
	t.Parallel()
	o := order.Order{Unread: []string{order.UnreadItems}}
	if !o.Lacks(order.UnreadItems) || o.Lacks(order.UnreadFulfillments) {
		t.Errorf("of %v it lacks items: %v, fulfillments: %v", o.Unread, o.Lacks(order.UnreadItems), o.Lacks(order.UnreadFulfillments))
	}
}
