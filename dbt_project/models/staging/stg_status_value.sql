-- Status labels of the exports mapped to the portal's statuses (domain §2).
{{ value_map('status', ref('status_label'), 'status_code') }}
