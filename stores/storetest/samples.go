package storetest

import (
	"slices"
	"testing"
	"time"

	"wismo/core/order"
)

// want is what a store must tell of a sample, in our own words.
type want struct {
	name  string
	email string
	// phone is empty if the order has none.
	phone     string
	parcels   []order.FulfillmentStatus
	financial order.Financial
	holds     []order.Hold
	returns   order.ReturnState
	method    order.Method
	refunds   []string
	cancelled bool
	// waiting is how many items are not shipped yet.
	waiting int
	// due is when the last parcel should come, as days from now; 0 for unsaid.
	due int
	// place of the newest scan of the last parcel.
	place string
	// untracked parcels have no number.
	untracked bool
	// by is when the store promises to ship, as days from now; 0 for no promise.
	by int
}

func moving(name, who, phone string, due int, place string, parcels ...order.FulfillmentStatus) want {
	return want{
		name: name, email: who + "@example.com", phone: phone, due: due, place: place, parcels: parcels,
		financial: order.Paid, method: order.Shipping,
	}
}

func (w want) with(change func(*want)) want {
	change(&w)
	return w
}

// wants lists what the samples must be told as, one for each.
func wants() []want {
	waits := func(n int) func(*want) { return func(w *want) { w.waiting = n } }
	return []want{
		moving("#1001", "ana", "+14155550101", 2, "Oakland", order.InTransit),
		moving("#1002", "ben", "+14155550102", 0, "San Jose", order.Delivered),
		moving("#1003", "cara", "+14155550103", 0, "San Francisco", order.OutForDelivery),
		moving("#1004", "dan", "+14155550104", 0, "").with(waits(2)),
		moving("#1005", "eve", "+14155550105", 1, "Sacramento", order.Delivered, order.InTransit).with(waits(1)),
		moving("#1006", "finn", "+14155550106", 0, "Elko", order.InTransit),
		moving("#1007", "gus", "+14155550107", 0, "", order.LabelCreated),
		moving("#1008", "hana", "+14155550108", -4, "Reno", order.InTransit),
		moving("#1009", "ida", "+14155550109", 0, "").with(func(w *want) { w.holds, w.waiting = []order.Hold{order.HoldFraud}, 1 }),
		moving("#1010", "jon", "+14155550110", 2, "Modesto", order.InTransit),
		moving("#10100", "zoe", "+14155550126", 0, "", order.LabelCreated),
		moving("#1011", "kim", "+14155550111", 0, "Berkeley", order.AttemptedDelivery),
		moving("#1012", "leo", "+14155550112", 0, "Alameda", order.ReadyForPickup),
		moving("#1013", "mia", "+14155550113", 0, "Reno", order.Returning),
		moving("#1014", "nils", "+14155550114", 0, "Salt Lake City", order.Delayed),
		moving("#1015", "olga", "+14155550115", 3, "Fresno", order.InTransit),
		moving("#1016", "pia", "", 2, "Stockton", order.InTransit),
		moving("#1018", "ravi", "+14155550118", 0, "").with(func(w *want) { w.method = order.NoDelivery }),
		moving("#1019", "sven", "+14155550119", 0, "").with(func(w *want) { w.holds, w.waiting = []order.Hold{order.HoldAddress}, 1 }),
		moving("#1020", "tom", "+14155550120", 0, "").with(func(w *want) {
			w.cancelled, w.financial, w.refunds, w.waiting = true, order.Refunded, []string{"24.00 USD"}, 1
		}),
		moving("#1021", "una", "+14155550121", 1, "Reno", order.InTransit).with(func(w *want) {
			w.financial, w.refunds = order.PartiallyRefunded, []string{"9.50 USD"}
		}),
		moving("#1022", "vic", "+14155550122", 0, "").with(func(w *want) {
			w.financial, w.refunds, w.returns = order.Refunded, []string{"31.00 USD"}, order.Returned
		}),
		moving("#1023", "abe", "+14155550131", 0, "").with(func(w *want) { w.method, w.waiting = order.Pickup, 1 }),
		moving("#1024", "bea", "+14155550132", 0, "", order.ReadyForPickup).with(func(w *want) { w.method, w.untracked = order.Pickup, true }),
		moving("#1025", "cyd", "+14155550133", 0, "", order.OutForDelivery).with(func(w *want) { w.method, w.untracked = order.LocalDelivery, true }),
		moving("#1026", "dot", "+14155550134", 0, "").with(func(w *want) { w.waiting, w.by = 1, 30 }),
		moving("#1027", "edo", "+14155550135", 0, "").with(func(w *want) { w.financial, w.waiting = order.PaymentPending, 1 }),
		moving("#1028", "fay", "+14155550136", 0, "").with(func(w *want) {
			w.financial, w.holds, w.waiting = order.PaymentPending, []order.Hold{order.HoldPayment}, 1
		}),
		moving("#1029", "gil", "+14155550137", 0, "").with(func(w *want) { w.holds, w.waiting = []order.Hold{order.HoldInventory}, 1 }),
		moving("#1030", "hal", "+14155550138", 0, "Fresno", order.InTransit).with(waits(4)),
		moving("#1031", "ian", "+14155550139", 0, "Reno", order.InTransit).with(func(w *want) {
			w.cancelled, w.financial, w.refunds = true, order.Refunded, []string{"18.00 USD"}
		}),
		moving("#1032", "jan", "+14155550140", 0, "Chico", order.NotDelivered),
		moving("#1033", "kai", "+14155550141", 0, "Lodi", order.Cancelled, order.InTransit),
		moving("#1034", "lea", "+14155550142", 0, "Davis", order.Delivered),
		moving("#1035", "max", "+14155550143", 0, "Oakland", order.InTransit),
		moving("#1036", "ned", "+14155550144", 0, "Napa", order.Delivered).with(func(w *want) { w.returns = order.ReturnRequested }),
		moving("#1037", "oda", "+14155550145", 0, "Napa", order.Delivered).with(func(w *want) { w.returns = order.ReturnInProgress }),
		moving("#1038", "pam", "+447700900146", 0, "Tracy", order.InTransit),
		moving("#1039", "roy", "(415) 555-0147", 0, "Tracy", order.InTransit),
		moving("#1040", "sue", "+14155550148", 0, "Tracy", order.InTransit),
	}
}

func samples(t *testing.T, open Open) {
	o := standard()
	r := open(t, o)
	told := map[string]bool{"#1017": true} // two of one name, which have a test of their own
	for _, w := range wants() {
		told[w.name] = true
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			got := find(t, r, w.name)
			if len(got) != 1 {
				t.Fatalf("%d orders, want one", len(got))
			}
			w := w.asToldBy(r)
			w.order(t, got[0], r)
			w.contacts(t, got[0].Contacts)
			w.parcel(t, got[0])
		})
	}
	for _, s := range o.Samples {
		if !told[s.Name] {
			t.Errorf("sample %s (%s) is not in this test", s.Name, s.About)
		}
	}
}

// asToldBy is what a platform tells that does not know everything.
func (w want) asToldBy(r Rig) want {
	if !r.tells(Carrier) {
		w.due, w.place = 0, ""
		w.parcels = slices.DeleteFunc(slices.Clone(w.parcels), func(s order.FulfillmentStatus) bool { return s == order.Cancelled })
		for i := range w.parcels {
			w.parcels[i] = order.Shipped
			if w.method == order.Pickup {
				w.parcels[i] = order.StatusUnknown
			}
		}
	}
	if !r.tells(Promise) {
		w.by = 0
	}
	if !r.tells(HoldReason) && len(w.holds) > 0 && w.financial != order.PaymentPending {
		w.holds = []order.Hold{order.HoldUnspecified}
	}
	if !r.tells(ReturnPart) {
		w.returns = order.NoReturn
	}
	return w
}

func (w want) order(t *testing.T, o order.Order, r Rig) {
	t.Helper()
	if o.Name != w.name || o.ID == "" || o.ConfirmationNumber == "" && r.tells(Confirmation) || o.CreatedAt.IsZero() || !o.ReadAt.Equal(Noon()) {
		t.Errorf("name %q, id %q, confirmation number %q, made %v, read %v", o.Name, o.ID, o.ConfirmationNumber, o.CreatedAt, o.ReadAt)
	}
	if o.Financial != w.financial || o.Returns != w.returns || o.Method != w.method {
		t.Errorf("payment %q, returns %q, method %q, want %q, %q, %q", o.Financial, o.Returns, o.Method, w.financial, w.returns, w.method)
	}
	if !slices.Equal(o.OnHold, w.holds) || o.CancelledAt.IsZero() == w.cancelled {
		t.Errorf("holds %v, cancelled %v, want %v, %v", o.OnHold, o.CancelledAt, w.holds, w.cancelled)
	}
	var refunds []string
	for _, f := range o.Refunds {
		refunds = append(refunds, f.Amount)
	}
	waiting := 0
	for _, i := range o.Items {
		if i.RequiresShipping {
			waiting += i.Unfulfilled
		}
	}
	if !slices.Equal(refunds, w.refunds) || waiting != w.waiting || len(o.Items) == 0 {
		t.Errorf("refunds %v, %d of %d items waiting, want %v, %d", refunds, waiting, len(o.Items), w.refunds, w.waiting)
	}
	if due := o.FulfillBy; due.IsZero() != (w.by == 0) || w.by != 0 && !due.Equal(Noon().Add(time.Duration(w.by)*24*time.Hour)) {
		t.Errorf("promised for %v, want %d days from now", due, w.by)
	}
	if len(o.Unread) > 0 || o.Locale != "en" && r.tells(Locale) {
		t.Errorf("unread %v, locale %q", o.Unread, o.Locale)
	}
}

func (w want) contacts(t *testing.T, c order.Contacts) {
	t.Helper()
	if !slices.Contains(c.Emails, w.email) || c.Region != "US" || c.Hidden {
		t.Errorf("the contacts lack e-mail or region")
	}
	for _, e := range c.Emails {
		if e != w.email {
			t.Error("there is an e-mail of somebody else")
		}
	}
	if (w.phone == "") != (len(c.Phones) == 0) {
		t.Errorf("%d phones, want %q", len(c.Phones), w.phone)
	}
	for _, p := range c.Phones {
		if p != w.phone {
			t.Error("there is a phone of somebody else")
		}
	}
}

func (w want) parcel(t *testing.T, o order.Order) {
	t.Helper()
	var statuses []order.FulfillmentStatus
	for _, f := range o.Fulfillments {
		statuses = append(statuses, f.Status)
		if f.ID == "" || f.RawStatus == "" || f.CreatedAt.IsZero() {
			t.Errorf("parcel %+v lacks something", f)
		}
		if w.untracked {
			continue
		}
		if len(f.Tracking) != 1 || f.Tracking[0].Company != "UPS" || f.Tracking[0].Number == "" || f.Tracking[0].URL == "" {
			t.Errorf("parcel %+v lacks something", f)
		}
		if f.Status == order.Delivered && f.DeliveredAt.IsZero() {
			t.Error("delivered, but nobody knows when")
		}
		for i := 1; i < len(f.Events); i++ {
			if f.Events[i].At.After(f.Events[i-1].At) {
				t.Error("the events are not newest first")
			}
		}
	}
	if !slices.Equal(statuses, w.parcels) {
		t.Fatalf("parcels %v, want %v", statuses, w.parcels)
	}
	if len(o.Fulfillments) == 0 {
		return
	}
	last := o.Fulfillments[len(o.Fulfillments)-1]
	if w.due != 0 && !last.EstimatedAt.Equal(Noon().Add(time.Duration(w.due)*24*time.Hour)) {
		t.Errorf("due %v, want %d days from now", last.EstimatedAt, w.due)
	}
	place := ""
	if len(last.Events) > 0 {
		place = last.Events[0].Place
	}
	if place != w.place {
		t.Errorf("last seen in %q, want %q", place, w.place)
	}
}
