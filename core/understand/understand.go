// Package understand knows what a customer's words mean: which intents stand in
// a message, whether the writer is upset, and which order numbers, e-mail
// addresses, phones and tracking numbers it names. It decides nothing and
// looks nothing up.
package understand

import "wismo/core/shop"

// Intent is what the customer wants.
type Intent string

// The intents.
const (
	TrackOrder           Intent = "track_order"
	StalledOrLate        Intent = "stalled_or_late"
	DeliveredNotReceived Intent = "delivered_not_received"
	DamagedOrWrong       Intent = "damaged_or_wrong"
	CancelOrder          Intent = "cancel_order"
	ChangeOrder          Intent = "change_order"
	ChangeAddress        Intent = "change_address"
	ReturnExchange       Intent = "return_exchange"
	RefundRequest        Intent = "refund_request"
	RefundStatus         Intent = "refund_status"
	ShippingPolicy       Intent = "shipping_policy"
	ReturnRefundPolicy   Intent = "return_refund_policy"
	HumanAgent           Intent = "human_agent"
	Complaint            Intent = "complaint"
	Greeting             Intent = "greeting"
	Thanks               Intent = "thanks"
	Goodbye              Intent = "goodbye"
	Affirm               Intent = "affirm"
	Deny                 Intent = "deny"
	ProvideInfo          Intent = "provide_info"
	OtherStore           Intent = "other_store"
	OutOfScope           Intent = "out_of_scope"
)

// EntityType is the kind of a thing found in a text.
type EntityType string

// The entity types.
const (
	OrderNumber    EntityType = "order_number"
	Email          EntityType = "email"
	Phone          EntityType = "phone"
	TrackingNumber EntityType = "tracking_number"
)

// Entity is something found in the text. Two share a stretch only where digits
// are all there is and may be a phone as well as a tracking number.
type Entity struct {
	Type EntityType `json:"type"`
	// Text as it stands in the message, Value brought into canonical form.
	Text  string `json:"text"`
	Value string `json:"value"`
	// Start and End are byte offsets into the UTF-8 text.
	Start int `json:"start"`
	End   int `json:"end"`
}

// Scored is an intent with how sure the recogniser is, 0 to 1.
type Scored struct {
	Name  Intent  `json:"name"`
	Score float64 `json:"score"`
}

// Mood says whether the writer is upset, and by what one can tell.
type Mood struct {
	Is    bool    `json:"is"`
	Score float64 `json:"score"`
	Why   string  `json:"why,omitempty"`
}

// Understanding is all that was found in one text.
type Understanding struct {
	// Intents, best first; never empty: what is not understood is OutOfScope.
	Intents  []Scored `json:"intents"`
	Upset    Mood     `json:"upset"`
	Language string   `json:"language"`
	Entities []Entity `json:"entities"`
	// Rules names what spoke, so that the result can be explained.
	Rules []string `json:"rules"`
}

// Has reports whether intent i was found.
func (u Understanding) Has(i Intent) bool {
	for _, s := range u.Intents {
		if s.Name == i {
			return true
		}
	}
	return false
}

// First returns the first entity's value of type t, empty if there is none.
func (u Understanding) First(t EntityType) string {
	for _, e := range u.Entities {
		if e.Type == t {
			return e.Value
		}
	}
	return ""
}

// Hint is what the conversation tells about the text to come.
type Hint struct {
	// Format of the shop's order numbers.
	Format shop.OrderFormat
	// Region in which phones without a country code are read.
	Region string
	// Awaiting is the entity that the bot has just asked for, empty if none.
	// A bare number is taken for it; where an address or a phone was asked for,
	// either may be what it is.
	Awaiting EntityType
}

// Recognizer is the port behind which a text is understood.
type Recognizer interface {
	// Understand never fails: what it cannot make out is OutOfScope.
	Understand(text string, h Hint) Understanding
}
