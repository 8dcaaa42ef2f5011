"""Bills (帐单): the list, one bill with its postings and its explanation, cancelling and billing again."""
