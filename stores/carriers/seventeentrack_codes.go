package carriers

import "wismo/core/fault"

// Codes by which 17TRACK rejects (help.17track.net, "Error Codes and
// Troubleshooting").
const (
	stKnown      = -18019901 // registered already, which is what was wanted
	stUnknown    = -18019902 // not registered
	stUndetected = -18019903 // no carrier has such numbers
	stDailyLimit = -18019907
	stQuota      = -18019908
	stNothingYet = -18019909
	stCarrier    = -18019910 // the carrier's code is wrong
)

// failure is what the code of a whole answer means, nil for 0.
func (s seventeen) failure(code int) error {
	switch code {
	case -18010001, -18010002, -18010004, -18010005: // IP, key, account, rights
		return coded(SeventeenTrack, fault.Denied, code, s.hint())
	case -18010003:
		return coded(SeventeenTrack, fault.Unavailable, code, "")
	case stUnknown:
		return nil // said of the one parcel that was asked for
	}
	return rejection(code)
}

// rejected is why the parcel was not taken, nil if it was.
func (a stAnswer) rejected(number string) error { return rejection(a.code(number)) }

// code is the one by which the parcel was rejected, 0 if it was not.
func (a stAnswer) code(number string) int {
	for _, r := range a.Data.Rejected {
		if same(r.Number, number) {
			return r.Error.Code
		}
	}
	return 0
}

func rejection(code int) error {
	kind, hint := fault.Invalid, ""
	switch code {
	case 0, stKnown, stNothingYet:
		return nil
	case stUndetected, -18010011, -18010012, -18010013, -18010015: // the value or its form
		kind = fault.NotFound
	case stDailyLimit:
		kind = fault.Throttled
	case stQuota:
		kind, hint = fault.Permanent, "buy more numbers from 17TRACK: parcels that it does not know yet cannot be followed"
	case -18010018, -18010019, -18010020: // the carrier wants to know where it goes, or a phone
		kind = fault.Permanent
	}
	return coded(SeventeenTrack, kind, code, hint)
}
