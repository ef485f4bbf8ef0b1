package shopify

import (
	"os"
	"strings"
	"testing"
)

// What is never read can never be told.
func TestNothingIsReadThatNobodyMayBeTold(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("queries.graphql")
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"address1", "address2", "zip", "firstName", "lastName", "note", "customAttributes", "transactions"} {
		if strings.Contains(string(raw), field) || strings.Contains(findOrders_Operation, field) {
			t.Errorf("%s is asked for", field)
		}
	}
}
