"""Routes (抄表线路): areas, books, their order, cycle and reader."""
