"""Calendar (日历): holidays and moved working days."""
